"""The benchmark: from an edit sent to the same edit received by the others. `make bench`; `python -m bench --help`.

`loads` says how many edit how fast, `targets` what is measured and how it is started, `driver` is the one process that
plays all the people, `report` makes the table. Nothing here is imported by Formroom.
"""
