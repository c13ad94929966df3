"""A text for people in both languages: what is the matter, and its cure."""

from dataclasses import dataclass


def is_chinese(language: str) -> bool:
    """Whether a language tag (`zh`, `zh-hans`, `en`) asks for Chinese."""
    return language.lower().startswith("zh")


@dataclass(frozen=True)
class Text:
    """What is wrong and the cure, in both languages. Braces are filled from the fault's parameters."""

    zh: str
    en: str
    zh_cure: str = ""
    en_cure: str = ""

    def what(self, language: str) -> str:
        return self.zh if is_chinese(language) else self.en

    def cure(self, language: str) -> str:
        return self.zh_cure if is_chinese(language) else self.en_cure
