"""Templates are indented for their readers; the page is sent without it."""

import re

from django.template.loaders import filesystem

INDENTATION = re.compile(r"\n[ \t]+")


class Loader(filesystem.Loader):
    """The templates under ``templates/``. Line breaks stay, so that an error names the right line. Nothing that keeps its white
    space (a ``textarea``, words to translate) goes over several lines of a template."""

    def get_contents(self, origin):
        return INDENTATION.sub("\n", super().get_contents(origin))
