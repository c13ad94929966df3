"""What can be wrong with a policy or a catalogue of facts that somebody wrote, in both languages: where, what, the cure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from anye.engine.entitle.formula_faults import FormulaFault
from anye.engine.yaml_faults import YamlFault

# English fault and cure, Chinese fault and cure
SAYS: Mapping[str, tuple[str, str, str, str]] = MappingProxyType({
    "text": (
        "a text must be there in both languages", "write it as {zh: …, en: …}, in quotes where it holds a comma or a colon",
        "文字须有中英两种", "写成 {zh: …, en: …}，含逗号、冒号的加引号",
    ),
    "name_taken": (
        "a name stands for two things", "rename one of the two", "一个名称指两样东西", "给其中一个改名",
    ),
    "name_spelling": (
        "this can be no name in a formula", "use letters or hanzi, digits and underscores, and no word of the language",
        "这不能作公式里的名称", "用汉字、字母、数字和下划线，且不用公式语言的词",
    ),
    "unknown_fact": (
        "the catalogue of facts has no such fact", "correct the name, or declare the fact in facts.yaml",
        "事实目录中没有这一项", "改正名称，或在 facts.yaml 中声明",
    ),
    "out_of_reach": (
        "a fact of another subject cannot be asked here", "declare a roll-up of it, or choose another subject for the policy",
        "这里不能用别的对象的事实", "在事实目录中声明汇总，或给政策换对象",
    ),
    "unused": (
        "it is declared and nothing asks it", "use it or take it out", "已声明而无处使用", "用上，或删去",
    ),
    "dates": (
        "days do not follow each other", "let each block begin after the one before it has ended",
        "日期先后不对", "每一段应在前一段结束之后开始",
    ),
    "parameter_gap": (
        "a parameter has no value while the block is in force", "add a value that holds from the block's first day on",
        "政策有效期内参数没有值", "补上从第一天起有效的值",
    ),
    "unit": (
        "the amount is not counted in the smallest unit of money", "let the formula end in that unit",
        "金额的单位不是最小货币单位", "让公式的结果以最小货币单位计",
    ),
    "reasons": (
        "a policy with more than 62 reasons", "join conditions, or make two policies of it",
        "理由超过 62 条", "合并条件，或拆成两项政策",
    ),
    "placeholder": (
        "a text asks for something that is not there", "name a parameter of the policy in {…}",
        "文字里引用的名称不存在", "{…} 中写本政策的参数名",
    ),
    "limit_differs": (
        "a limit is counted otherwise than in an earlier block", "keep count, within and per",
        "限额的计法与前一段不同", "保持 count、within、per 不变",
    ),
    "limit_begins": (
        "a limit begins in a later block, or goes on after a block without it: months paid before would not count",
        "keep it under one id in every block from the first on, or say anew: true where it begins with used_before alone",
        "限额在后面的段才出现，或中间有一段没有它：之前已发的月份就不计了",
        "从第一段起每段都用同一个 id 写上；确实只从 used_before 重新计的，写 anew: true",
    ),
    "circle": (
        "policies exclude each other in a circle", "say of one of them only that the other goes before it",
        "政策互相排除成环", "只在其中一项写明另一项优先",
    ),
    "test_missing": (
        "no test of the file says what happens here", "add a test for it", "文件里没有这种情形的测试", "补上一条测试",
    ),
    "test_failed": (
        "a test comes out otherwise", "mend the rule or the expectation", "测试结果与预期不符", "改正规则或预期",
    ),
})  # fmt: skip


class PolicyFault(YamlFault):
    """A fault in a policy or in a catalogue of facts."""

    prefix = "policy"
    says = SAYS

    def text(self, language: str) -> str:
        """Where, what and the cure, in the language (`zh…` or `en`); of a formula, what is wrong within it."""
        if self.code != f"{self.prefix}_formula":
            return super().text(language)
        inner = FormulaFault(str(self.params["fault"]), self.params["of"])  # type: ignore[arg-type]  # its own params
        return self.where(language) + inner.text(language)
