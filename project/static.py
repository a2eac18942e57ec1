"""Static files: how they are named when collected, and how they are answered. WhiteNoise does the rest."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModules(CompressedManifestStaticFilesStorage):
    """Hashed names, ES modules included: an `import` in one names the hashed file of the other."""

    support_js_module_import_aggregation = True
    # A module's name hangs on the names of those it imports: a pass for each step of the longest chain of imports.
    max_post_process_passes = 30


class StaticFiles(WhiteNoiseMiddleware):
    """Answers with the whole file at once. WhiteNoise streams from a plain iterator, which ASGI would read in one go
    too, after a warning for each file; ours are small."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file as file:
                content = file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response
