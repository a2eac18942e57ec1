"""Static files under hashed names, ES modules included: an `import` in one names the hashed file of the other."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
