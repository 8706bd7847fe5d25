from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class User(AbstractBaseUser):
    """The product's table of accounts, as much of it as signing in needs."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = []

    class Meta:
        managed = False
        db_table = "accounts_user"

    def __str__(self):
        return self.name
