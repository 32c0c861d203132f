"""Sealed numbers open only at their place, in both suites, across key rotation; the index finds and tells nothing."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from students.pupil import sealing
from students.pupil.sealing import Keyring, KeyringError, SealBroken

KEYS = {1: bytes(range(32)), 2: bytes(range(32, 64)), 255: bytes(range(64, 96))}
INDEX = bytes(range(96, 128))
SUITES = [sealing.AES_256_GCM, sealing.SM4_GCM]
NUMBER = "G15252220150312002X"
both_suites = pytest.mark.parametrize("suite", SUITES)


def ring(active=1, suite=sealing.AES_256_GCM, keys=KEYS) -> Keyring:
    return Keyring(active, keys, INDEX, suite)


def column(*args, **kwargs) -> sealing.Sealer:
    return ring(*args, **kwargs).column("students_registrationnumber", "sealed")


def written(**changes) -> str:
    keys = {"1": base64.b64encode(KEYS[1]).decode(), "2": base64.b64encode(KEYS[2]).decode()}
    return json.dumps({"active": "1", "keys": keys, "index": base64.b64encode(INDEX).decode()} | changes)


@both_suites
@given(plain=st.text(), row=st.one_of(st.integers(), st.uuids()))
def test_what_is_sealed_opens_at_its_place(suite, plain, row):
    try:
        plain.encode()
    except UnicodeEncodeError:
        return
    sealer = column(suite=suite)
    sealed = sealer.seal(plain, row)
    assert sealer.unseal(sealed, row) == plain
    assert sealer.unseal(memoryview(sealed), row) == plain
    assert len(sealed) == 2 + 12 + len(plain.encode()) + 16


@both_suites
def test_the_same_number_never_looks_the_same_twice_and_never_stands_in_clear(suite):
    sealer = column(suite=suite)
    sealed = [sealer.seal(NUMBER, row) for row in range(500)]
    assert len({one[2:14] for one in sealed}) == 500
    assert len({one[14:] for one in sealed}) == 500
    assert not any(NUMBER[:6].encode() in one for one in sealed)


@both_suites
def test_a_value_copied_to_another_row_column_or_table_does_not_open(suite):
    sealed = column(suite=suite).seal(NUMBER, 17)
    with pytest.raises(SealBroken):
        column(suite=suite).unseal(sealed, 18)
    for table, name in [("students_registrationnumber", "other"), ("students_student", "sealed")]:
        with pytest.raises(SealBroken):
            ring(suite=suite).column(table, name).unseal(sealed, 17)


@both_suites
def test_every_changed_bit_and_every_missing_byte_is_noticed(suite):
    sealer = column(suite=suite)
    sealed = sealer.seal(NUMBER, 17)
    for position in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            with pytest.raises(SealBroken):
                sealer.unseal(bytes(changed), 17)
        with pytest.raises(SealBroken):
            sealer.unseal(sealed[:position], 17)


def test_a_broken_seal_names_the_place_and_gives_the_user_a_sentence_without_the_number():
    sealed = column().seal(NUMBER, 17)
    with pytest.raises(SealBroken) as caught:
        column().unseal(sealed, 18)
    assert "students_registrationnumber.sealed:18" in str(caught.value)
    assert NUMBER not in str(caught.value)
    assert caught.value.sentence.endswith("。")


def test_a_value_whose_key_was_taken_out_says_which_key_is_missing():
    sealed = column(active=2).seal(NUMBER, 17)
    with pytest.raises(SealBroken, match="key 2 is not in FIELD_KEYS"):
        column(keys={1: KEYS[1]}).unseal(sealed, 17)


@pytest.mark.parametrize("old_suite", SUITES)
@pytest.mark.parametrize("old_key", [1, 255])
@both_suites
def test_any_key_and_suite_opens_and_rotation_brings_all_under_the_active_one(old_key, old_suite, suite):
    sealed = column(active=old_key, suite=old_suite).seal(NUMBER, 17)
    now = column(active=2, suite=suite)
    assert now.unseal(sealed, 17) == NUMBER
    assert not now.is_current(sealed)
    rotated = now.reseal(sealed, 17)
    assert now.is_current(rotated)
    assert rotated[:2] == ring(active=2, suite=suite).header
    assert now.unseal(rotated, 17) == NUMBER
    assert now.reseal(rotated, 17) == rotated


def test_a_rotation_run_stops_at_a_value_that_does_not_open():
    sealed = column().seal(NUMBER, 17)
    with pytest.raises(SealBroken):
        column().reseal(sealed, 18)
    with pytest.raises(SealBroken):
        column(active=2).reseal(sealed, 18)


def test_the_two_suites_never_share_a_key():
    sealed = column().seal(NUMBER, 17)
    bound = sealed[:2] + b"students_registrationnumber.sealed:17"
    with pytest.raises(InvalidTag):  # the ring's own key is nobody's cipher key
        AESGCM(KEYS[1]).decrypt(sealed[2:14], sealed[14:], bound)


def test_sm4_gcm_agrees_with_the_published_example():
    # RFC 8998, appendix A.1
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    bound = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = b"".join(bytes([one]) * 8 for one in b"\xaa\xbb\xcc\xdd\xee\xff\xee\xaa")
    expected = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert sealing.Sm4Gcm(key).encrypt(nonce, plain, bound) == expected
    assert sealing.Sm4Gcm(key).decrypt(nonce, expected, bound) == plain


@pytest.mark.parametrize(("table", "name"), [("a.b", "c"), ("a", "b:1"), ("", "c"), ("a", "b c")])
def test_a_place_that_could_be_read_two_ways_is_refused(table, name):
    with pytest.raises(ValueError, match="plain table and column"):
        ring().column(table, name)


# ---------------------------------------------------------------- the index


def test_the_index_is_the_same_for_every_way_of_typing_one_number():
    stored = ring().blind_index("G15252220150312002X")
    assert len(stored) == 16
    assert ring().blind_index(" ｇ１５２５２２ 20150312\u200b002x") == stored


def test_the_index_differs_by_number_by_domain_and_by_key():
    indexes = {
        ring().blind_index("G15252220150312002X"),
        ring().blind_index("15252220150312002X"),
        ring().blind_index("G152522201503120028"),
        ring().blind_index("G15252220150312002X", domain="phone"),
        Keyring(1, KEYS, bytes(32), sealing.AES_256_GCM).blind_index("G15252220150312002X"),
    }
    assert len(indexes) == 5


def test_the_index_outlives_a_key_rotation_and_a_change_of_suite():
    assert ring(active=2, suite=sealing.SM4_GCM).blind_index(NUMBER) == ring().blind_index(NUMBER)


@given(st.text())
def test_any_text_can_be_looked_up(text):
    assert len(ring().blind_index(text)) == 16


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize("suite", ["AES-256-GCM", "SM4-GCM", "aes-256-gcm"])
def test_the_keys_of_the_settings_are_read(settings, suite):
    settings.FIELD_KEYS, settings.CRYPTO_SUITE = written(), suite
    sealed = sealing.seal(NUMBER, "students_student", "id_number_sealed", 17)
    assert sealing.unseal(sealed, "students_student", "id_number_sealed", 17) == NUMBER
    assert sealing.keyring().suite == suite.lower()
    assert sealing.blind_index(NUMBER) == ring().blind_index(NUMBER)


def test_a_changed_setting_takes_effect_and_reseal_follows_it(settings):
    settings.FIELD_KEYS, settings.CRYPTO_SUITE = written(), "AES-256-GCM"
    sealed = sealing.seal(NUMBER, "t", "c", 17)
    settings.FIELD_KEYS = written(active="2")
    rotated = sealing.reseal(sealed, "t", "c", 17)
    assert (sealed[1], rotated[1]) == (1, 2)
    assert sealing.unseal(rotated, "t", "c", 17) == NUMBER


@pytest.mark.parametrize(
    ("text", "suite", "says"),
    [
        ("", "aes-256-gcm", "JSON"),
        ("[]", "aes-256-gcm", "JSON"),
        ('{"active":"1"}', "aes-256-gcm", "JSON"),
        (written(active="x"), "aes-256-gcm", "JSON"),
        (written(active="3"), "aes-256-gcm", "active"),
        (written(keys={"1": "短"}), "aes-256-gcm", "base64|JSON"),
        (written(keys={"1": base64.b64encode(b"short").decode()}), "aes-256-gcm", "32字节"),
        (written(keys={"300": base64.b64encode(KEYS[1]).decode()}, active="300"), "aes-256-gcm", "1至255"),
        (written(index=base64.b64encode(KEYS[1]).decode()), "aes-256-gcm", "各不相同"),
        (written(), "rot13", "CRYPTO_SUITE"),
    ],
)
def test_unusable_keys_are_refused_with_a_sentence_that_shows_no_key(text, suite, says):
    with pytest.raises(KeyringError, match=says) as caught:
        Keyring.parse(text, suite)
    shown = "".join(str(one) for one in (caught.value, caught.value.__cause__))
    assert base64.b64encode(KEYS[1]).decode() not in shown
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_neither_ring_nor_sealer_prints_its_keys():
    shown = repr(ring()) + repr(column()) + str(vars(column()))
    for key in (*KEYS.values(), INDEX):
        assert repr(key)[2:-1] not in shown
        assert key.hex() not in shown
