from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2idMinimum(Argon2PasswordHasher):
    """Argon2id at the OWASP minimum (19 MiB, 2 passes, 1 lane).

    Django's default costs ten times as much; with it a class of 450 could not sign in within a minute on two cores.
    """

    time_cost = 2
    memory_cost = 19456
    parallelism = 1
