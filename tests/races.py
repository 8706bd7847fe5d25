"""Two people at the same moment: real threads with connections of their own, let go together."""

from threading import Barrier, Thread

from django.db import connections
from django.utils import translation

from trainee_mgmt.kit.errors import Refused

PATIENCE = 120  # seconds: a busy machine is no fault


def race(*acts):
    """Run the acts at once; answers what each returned, or its ``Refused``. Needs ``django_db(transaction=True)``.

    Their threads speak the language of the test: by itself a new thread speaks that of the settings.
    """
    start, results, language = Barrier(len(acts)), [None] * len(acts), translation.get_language()

    def run(number, act):
        try:
            start.wait(timeout=PATIENCE)
            with translation.override(language):
                results[number] = act()
        except Refused as refusal:
            results[number] = refusal
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    broken = [result for result in results if isinstance(result, Exception) and not isinstance(result, Refused)]
    if broken:
        raise broken[0]
    return results


def refusals(results) -> int:
    return sum(isinstance(result, Refused) for result in results)
