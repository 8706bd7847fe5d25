import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.exceptions import FieldError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from cohorts.models import Person
from tests import make
from trainee_mgmt.kit.crypto import Sealed, blind_index, mask_id_number, mask_phone, open_bytes, seal_bytes

ID_NUMBER, PHONE = "99000019900101123X", "19900001234"


def test_a_sealed_text_opens_and_never_prints():
    sealed = Sealed.of(PHONE)

    assert sealed.open() == PHONE
    assert PHONE not in f"{sealed} {sealed!r} {sealed.token}"


def test_a_new_key_encrypts_and_the_old_one_still_opens(settings):
    old = Sealed.of(PHONE)
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    assert old.open() == PHONE
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    with pytest.raises(InvalidToken):
        old.open()


@pytest.mark.django_db
def test_the_column_holds_no_readable_number():
    make.person(id_number=ID_NUMBER, phone=PHONE)

    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM cohorts_person p")
        (row,) = cursor.fetchone()

    assert ID_NUMBER not in row
    assert PHONE not in row
    assert "199****1234" in row


@pytest.mark.django_db
def test_an_encrypted_field_takes_no_plain_text():
    with pytest.raises(TypeError):
        Person(name="x", name_key="x", phone=PHONE).save()


@pytest.mark.django_db
def test_the_index_is_searched_and_never_the_ciphertext():
    with pytest.raises(FieldError):
        Person.objects.filter(phone=PHONE)
    make.person(phone=PHONE)
    assert Person.objects.filter(phone_index=blind_index("phone", PHONE)).count() == 1


def test_an_index_tells_kinds_apart_and_depends_on_the_key(settings):
    first = blind_index("phone", PHONE)
    assert first != blind_index("id_number", PHONE)
    settings.INDEX_KEY = "another key of at least thirty-two characters"
    assert first != blind_index("phone", PHONE)


@given(st.text("0123456789X", min_size=0, max_size=30))
def test_masks_keep_the_length_and_hide_most(number):
    for mask in (mask_phone(number), mask_id_number(number)):
        assert mask.count("*") >= min(4, len(number))
    assert len(mask_id_number(number)) == len(number)


@given(st.binary(max_size=5000))
def test_sealed_bytes_open_to_the_same(data):
    assert open_bytes(seal_bytes(data)) == data
