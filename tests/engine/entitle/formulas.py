"""Random formulas of every construct, random facts, and what a database says of both: the tests' third opinion."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from anye.engine.entitle.kinds import BOOL, Kind, integer
from anye.engine.entitle.nodes import Node, Value

CODES = ("贫困劳动力", "就业困难人员", "高校毕业生", "其他")
KINDS: Mapping[str, Kind] = {
    "在岗": BOOL, "参保": BOOL, "在训": BOOL, "已退休": BOOL,
    "工资": integer(0, 900_000, "fen"), "差额": integer(-50_000, 50_000, "fen"), "标准": integer(1, 60_000, "fen/month"),
    "月数": integer(0, 40, "month"), "历史月数": integer(-6, 40, "month"), "年龄": integer(14, 90, "year"),
    "比例": integer(-12, 12), "人数": integer(0, 4), "入职日": Kind("date", lo=17_000, hi=18_600),
    "退休日": Kind("date", lo=17_500, hi=20_000), "类别": Kind("code", codes=CODES), "原类别": Kind("code", codes=CODES),
}  # fmt: skip
DEFAULTS: Mapping[str, Value] = {"历史月数": 0, "差额": 0, "在训": False, "类别": "其他"}
SHARE_UNKNOWN = 0.25


def facts(rng: Random, rows: int) -> list[dict[str, Value | None]]:
    """Rows of random facts, a part of them unknown, the ends of their ranges among them."""
    return [{name: _fact(rng, kind) for name, kind in KINDS.items()} for _ in range(rows)]


def _fact(rng: Random, kind: Kind) -> Value | None:
    if rng.random() < SHARE_UNKNOWN:
        return None
    if kind.type == "bool":
        return rng.random() < 0.5
    if kind.type == "code":
        return rng.choice(kind.codes)
    return rng.choice([kind.lo, kind.hi, rng.randint(kind.lo, kind.hi), rng.randint(kind.lo, kind.hi)])


class Writer:
    """Writes formulas that keep the rules of types and units."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng

    def truth(self, depth: int) -> str:
        """A formula that is true, false or unknown."""
        plain: list[Callable[[int], str]] = [self._named, self._compared, self._compared, self._compared, self._among]
        plain += [self._between, self._is, self._is, self._is, self._same]
        deep = [self._junction, self._junction, self._negated, self._case_truth, self._default_truth]
        return self.rng.choice(plain + deep if depth else plain)(depth - 1)

    def _named(self, depth: int) -> str:
        return self.rng.choice([name for name, kind in KINDS.items() if kind.type == "bool"] + ["TRUE", "FALSE"][:1])

    def _junction(self, depth: int) -> str:
        sign = self.rng.choice([" AND ", " OR "])
        return "(" + sign.join(self.truth(depth) for _ in range(self.rng.choice([2, 2, 3]))) + ")"

    def _negated(self, depth: int) -> str:
        return f"NOT ({self.truth(depth)})"

    def _compared(self, depth: int) -> str:
        unit = self.rng.choice(["fen", "month", "year", "", "day"])
        sign = self.rng.choice(["=", "<>", "<", "<=", ">", ">="])
        if self.rng.random() < 0.15:
            return f"{self.date()} {sign} {self.date()}"
        return f"{self.number(unit, depth)} {sign} {self.number(unit, depth)}"

    def _same(self, depth: int) -> str:
        sign = self.rng.choice(["=", "<>"])
        return self.rng.choice([
            f"类别 {sign} {self._code()}", f"类别 {sign} 原类别", f"COALESCE(类别, '其他') {sign} {self._code()}",
        ])  # fmt: skip

    def _code(self) -> str:
        return f"'{self.rng.choice(CODES)}'"

    def _among(self, depth: int) -> str:
        no = self.rng.choice(["", "NOT "])
        if self.rng.random() < 0.2:
            return f"{self._named(0)} {no}IN ({self.rng.choice(['TRUE', 'FALSE', 'TRUE, FALSE'])})"
        if self.rng.random() < 0.5:
            return f"原类别 {no}IN ({', '.join(self._code() for _ in range(self.rng.choice([1, 2, 3])))})"
        listed = ", ".join(str(self.rng.randint(-6, 40)) for _ in range(self.rng.randint(1, 9)))
        return f"{self.number('month', 0)} {no}IN ({listed})"

    def _between(self, depth: int) -> str:
        if self.rng.random() < 0.3:
            return f"{self.date()} BETWEEN {self.date()} AND {self.date()}"
        unit = self.rng.choice(["fen", "month", "year"])
        return f"{self.number(unit, 0)} BETWEEN {self.number(unit, 0)} AND {self.number(unit, 0)}"

    def _is(self, depth: int) -> str:
        no = self.rng.choice(["", "NOT "])
        if self.rng.random() < 0.5:
            return f"{self.rng.choice(list(KINDS))} IS {no}NULL"
        return f"({self.truth(max(depth, 0))}) IS {no}{self.rng.choice(['TRUE', 'FALSE'])}"

    def _case_truth(self, depth: int) -> str:
        return f"CASE WHEN {self.truth(depth)} THEN {self.truth(depth)} ELSE {self.truth(depth)} END"

    def _default_truth(self, depth: int) -> str:
        return "COALESCE(在训, FALSE)"

    def date(self) -> str:
        """A formula that yields a day."""
        written = f"DATE '20{self.rng.randint(17, 22)}-{self.rng.randint(1, 12):02d}-{self.rng.randint(1, 28):02d}'"
        one = self.rng.choice(["入职日", "退休日", written])
        other = self.rng.choice(["入职日", "退休日", written])
        return self.rng.choice([one, one, f"LEAST({one}, {other})", f"GREATEST({one}, {other})"])

    def number(self, unit: str, depth: int) -> str:
        """A formula that yields a number of a unit."""
        named = [name for name, kind in KINDS.items() if kind.type == "int" and kind.unit == unit]
        plain = [*named, *named, str(self._written(unit))]
        if unit == "day":
            plain = [f"({self.date()} - {self.date()})", "(退休日 - 入职日)", str(self.rng.randint(0, 1500))]
        if depth <= 0 or self.rng.random() < 0.3:
            return self.rng.choice(plain)
        one, other = self.number(unit, depth - 1), self.number(unit, depth - 1)
        rate = self.number("", depth - 2)
        deep = [
            f"({one} + {other})", f"({one} - {other})", f"({one} * {rate})", f"({one} / {rate})", f"({one} % {rate})",
            f"-({one})", f"-({one})", f"({one} / {rate})", f"({one} % {rate})",
            f"LEAST({one}, {other})", f"GREATEST({one}, {other}, {self._written(unit)})",
            f"CASE WHEN {self.truth(depth - 1)} THEN {one} WHEN {self.truth(0)} THEN {other} ELSE {self._written(unit)} END",
        ]  # fmt: skip
        deep += [f"COALESCE({name}, {DEFAULTS[name]})" for name in named if name in DEFAULTS] * 3
        if unit == "fen":
            deep.append(f"(标准 * {self.rng.choice(['月数', '历史月数'])})")
        if unit == "":
            deep.append("(月数 / 历史月数)")
        return self.rng.choice(deep)

    def _written(self, unit: str) -> int:
        kind = self.rng.choice(
            [kind for kind in KINDS.values() if kind.type == "int" and kind.unit == unit] or [integer(0, 1500)]
        )
        return self.rng.choice([0, 1, kind.hi, self.rng.randint(kind.lo, kind.hi)])


def as_duckdb(node: Node) -> str:
    """The formula as DuckDB must read it, with the departures from SQL written out."""
    args = [as_duckdb(arg) for arg in node.args]
    if node.op == "literal":
        return _literal(node)
    if node.op == "name":
        return f'"{node.value}"'
    if node.op in {"/", "%"}:
        sign = "//" if node.op == "/" else "%"
        return f"(CASE WHEN {args[1]} = 0 THEN NULL ELSE {args[0]} {sign} {args[1]} END)"
    if node.op in {"least", "greatest"}:
        unknown = " OR ".join(f"{arg} IS NULL" for arg in args)
        return f"(CASE WHEN {unknown} THEN NULL ELSE {node.op}({', '.join(args)}) END)"
    if node.op == "case":
        whens = [
            f"WHEN {condition} IS NULL THEN NULL WHEN {condition} THEN {value}"
            for condition, value in zip(args[:-1:2], args[1::2], strict=True)
        ]
        return f"(CASE {' '.join(whens)} ELSE {args[-1]} END)"
    return _plain(node.op, args)


def _literal(node: Node) -> str:
    if node.kind.type == "bool":
        return str(node.value).upper()
    return f"'{node.value}'" if node.kind.type == "code" else f"CAST({node.value} AS BIGINT)"


def _plain(op: str, args: Sequence[str]) -> str:
    shapes = {
        "neg": "(-{0})", "not": "(NOT {0})", "coalesce": "COALESCE({0}, {1})",
        "is_null": "({0} IS NULL)", "is_true": "({0} IS TRUE)", "is_false": "({0} IS FALSE)",
    }  # fmt: skip
    if op in shapes:
        return shapes[op].format(*args)
    if op == "in":
        return f"({args[0]} IN ({', '.join(args[1:])}))"
    return "(" + f" {op.upper()} ".join(args) + ")"
