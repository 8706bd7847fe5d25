import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override, trans_real

TEMPLATE = """{% load i18n %}{% translate "Hand in" %} {% translate "May" context "verb" %}
{% blocktranslate trimmed count n=rows %}
  It's {{ n }} row
{% plural %}
  These are {{ n }} rows
{% endblocktranslate %} {% include "x.html" with label=_("Back") %}"""


@pytest.fixture
def project(settings, tmp_path):
    """Sources of the kit in a project of their own: its other apps lie elsewhere and are not collected."""
    settings.BASE_DIR = tmp_path
    (tmp_path / "trainee_mgmt").mkdir()
    (tmp_path / "trainee_mgmt" / "words.py").write_text('from x import _\nWORD = _("Save")\n')
    (tmp_path / "templates" / "kit").mkdir(parents=True)
    (tmp_path / "templates" / "kit" / "page.html").write_text(TEMPLATE)
    return tmp_path


@pytest.fixture
def po(project):
    return project / "trainee_mgmt" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def translate(po, english, chinese):
    po.write_text(po.read_text().replace(f'msgid "{english}"\nmsgstr ""', f'msgid "{english}"\nmsgstr "{chinese}"'))


def test_words_are_collected_from_code_and_templates(po):
    call_command("messages", verbosity=0)

    text = po.read_text()
    wanted = ["Save", "Hand in", "May", "It's %(n)s row", "Back"]
    assert [word for word in wanted if f'msgid "{word}"' in text] == wanted
    assert 'msgid_plural "These are %(n)s rows"' in text
    assert 'msgctxt "verb"' in text


def test_words_inside_an_f_string_are_collected(project, po):
    (project / "trainee_mgmt" / "words.py").write_text("from x import _\nNAME = f\"{_('Roster')}.xlsx\"\n")

    call_command("messages", verbosity=0)

    assert 'msgid "Roster"' in po.read_text()


def test_collecting_again_keeps_translations_and_changes_nothing_else(po):
    call_command("messages", verbosity=0)
    translate(po, "Hand in", "提交")
    before = po.read_text()

    call_command("messages", verbosity=0)

    assert po.read_text() == before


def test_check_names_what_is_missing_and_where(po):
    call_command("messages", verbosity=0)

    with pytest.raises(CommandError, match=r"not translated: 'Hand in' \(templates/kit/page.html\)"):
        call_command("messages", check=True)


def test_compiled_words_are_what_django_reads(po):
    call_command("messages", verbosity=0)
    translate(po, "Hand in", "提交")

    call_command("messages", compile=True)

    assert po.with_suffix(".mo").exists()
    catalog = trans_real.gettext_module.translation("django", po.parents[2], ["zh_Hans"])
    assert catalog.gettext("Hand in") == "提交"


def test_a_process_that_compiles_reads_the_new_catalogues(po):
    call_command("messages", verbosity=0)
    with override("zh-hans"):
        before = trans_real.catalog()

        call_command("messages", compile=True)

    with override("zh-hans"):
        assert trans_real.catalog() is not before
