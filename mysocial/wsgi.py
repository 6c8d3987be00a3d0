"""The HTTP door: `granian --interface wsgi mysocial.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from mysocial.lean import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysocial.settings")

application = get_wsgi_application()

# What is loaded by now stays: the collector need not look through it, again and again. A request
# makes hardly any cycles, so it comes more seldom, too.
gc.collect()
gc.freeze()
collect_seldom()
