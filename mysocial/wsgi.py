"""The WSGI application: `granian --interface wsgi mysocial.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")

application = get_wsgi_application()

# The modules that are loaded now are never freed: exempt them from garbage collection. Requests
# create hardly any reference cycles, so the collector can also run less often.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
