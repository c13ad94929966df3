"""Sealing: what opens, what must not, and what ciphertext may not tell."""

import hmac
import json
import pickle

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anye.engine.errors import SealFault
from anye.engine.sealing import Keyring

RING = Keyring.new()
ID = "990001199003071231"


@settings(max_examples=60, deadline=None)
@given(st.text(), st.sampled_from(["id_number", "phone", "health", "account", "address"]))
def test_what_is_sealed_opens_again(text: str, context: str) -> None:
    assert RING.unseal(RING.seal(text, context=context), context=context) == text


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_a_block_of_bytes_opens_again(data: bytes) -> None:
    assert RING.unseal_bytes(RING.seal_bytes(data, context="raw"), context="raw") == data


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_flipped_bit_is_refused(data: st.DataObject) -> None:
    value = bytearray(RING.seal(ID, context="id_number"))
    value[data.draw(st.integers(0, len(value) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealFault):
        RING.unseal(bytes(value), context="id_number")


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 10, 31])
def test_a_cut_value_is_refused(cut: int) -> None:
    with pytest.raises(SealFault, match="seal_damaged"):
        RING.unseal(RING.seal("", context="id_number")[:cut], context="id_number")


def test_a_value_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(SealFault, match="seal_damaged"):
        RING.unseal(RING.seal("13900000000", context="phone"), context="id_number")


def test_the_padding_version_cannot_be_swapped() -> None:
    value = RING.seal("健康", context="health")
    with pytest.raises(SealFault, match="seal_damaged"):
        RING.unseal(b"\x01" + value[1:], context="health")


def test_sealing_twice_gives_different_bytes_and_blinding_twice_the_same() -> None:
    assert RING.seal(ID, context="id_number") != RING.seal(ID, context="id_number")
    assert RING.blind(ID, context="id_number") == RING.blind(ID, context="id_number")


def test_states_of_health_come_out_equally_long() -> None:
    states = ["健康", "长期慢性病", "患有大病", "残疾"]
    assert len({len(RING.seal(state, context="health")) for state in states}) == 1


def test_equal_states_of_health_in_a_column_come_out_different() -> None:
    sealed = RING.seal_column(pl.Series(["残疾"] * 50), context="health")
    assert sealed.n_unique() == 50
    # the control: an indexed number is shared, so the test above can tell the difference
    assert RING.seal_column(pl.Series([ID] * 50), context="id_number").n_unique() == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.text(max_size=20), max_size=40), st.sampled_from(["id_number", "health"]))
def test_columns_mean_what_single_values_mean(texts: list[str | None], context: str) -> None:
    column = pl.Series("n", texts, dtype=pl.String)
    sealed = RING.seal_column(column, context=context)
    assert sealed.dtype == pl.Binary and sealed.name == "n"
    assert [None if v is None else RING.unseal(v, context=context) for v in sealed] == texts
    assert RING.unseal_column(sealed, context=context).to_list() == texts
    blinded = RING.blind_column(column, context=context)
    assert blinded.to_list() == [None if t is None else RING.blind(t, context=context) for t in texts]


def test_a_blind_value_is_hmac_sha_256_of_context_and_text() -> None:
    key = RING.blind_keys["b1"]
    assert RING.blind(ID, context="phone") == hmac.digest(key, b"phone\0" + ID.encode(), "sha256")[:16]


def test_blind_values_of_two_contexts_or_two_installations_do_not_meet() -> None:
    assert RING.blind(ID, context="id_number") != RING.blind(ID, context="phone")
    assert RING.blind(ID, context="id_number") != Keyring.new().blind(ID, context="id_number")


def test_a_keyring_comes_back_from_its_file() -> None:
    back = Keyring.loads(RING.dumps())
    assert back == RING
    assert back.unseal(RING.seal(ID, context="id_number"), context="id_number") == ID


def test_after_rotation_old_values_open_and_new_ones_use_the_new_key() -> None:
    old = RING.seal(ID, context="id_number")
    ring = Keyring.loads(RING.rotated().rotated().dumps())
    assert ring.current == "k3"
    assert ring.unseal(old, context="id_number") == ID
    assert not ring.is_current(old)
    assert ring.is_current(ring.seal(ID, context="id_number"))
    assert ring.blind(ID, context="id_number") == RING.blind(ID, context="id_number")
    with pytest.raises(SealFault, match="seal_key_unknown"):
        RING.unseal(ring.seal(ID, context="id_number"), context="id_number")


def _spoiled(**changes: object) -> str:
    return json.dumps({**json.loads(RING.dumps()), **changes})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "keyring_damaged"),
        ("[]", "keyring_damaged"),
        ("{}", "keyring_damaged"),
        (_spoiled(keys={"k1": "AAAA"}), "keyring_damaged"),
        (_spoiled(keys={"k1": "%%%"}), "keyring_damaged"),
        (_spoiled(keys=3), "keyring_damaged"),
        (_spoiled(current="k9"), "keyring_current_unknown"),
        (_spoiled(blind={"current": "k1", "keys": json.loads(RING.dumps())["keys"]}), "keyring_key_shared"),
    ],
    # the cases hold random keys: without names every worker would collect other tests
    ids=["empty", "list", "bare", "short", "garbled", "number", "unknown", "shared"],
)
def test_a_damaged_key_file_is_named_and_never_quoted(text: str, code: str) -> None:
    with pytest.raises(SealFault) as caught:
        Keyring.loads(text)
    assert caught.value.code == code
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_neither_repr_nor_fault_shows_a_key_or_a_value() -> None:
    shown = repr(RING)
    for key in [*RING.keys.values(), *RING.blind_keys.values()]:
        assert repr(key)[2:-1] not in shown
    with pytest.raises(SealFault) as caught:
        RING.unseal(RING.seal(ID, context="id_number"), context="phone")
    assert ID not in str(caught.value)


def test_a_seal_fault_survives_a_process_boundary() -> None:
    fault = pickle.loads(pickle.dumps(SealFault("seal_damaged", {"context": "phone"})))
    assert (fault.code, dict(fault.params)) == ("seal_damaged", {"context": "phone"})
