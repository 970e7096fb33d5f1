"""A script as data: steps with text and questions, and where each leads."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_STEPS: Final = 200
MOST_QUESTIONS: Final = 50
MOST_TEXT: Final = 8000

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,47}$")]
Label = Annotated[str, Field(min_length=1, max_length=256)]
Answer = str | list[str]
"""What was answered: a list where several options could be chosen, else text. Numbers are written
as text with a decimal point, dates as 2030-01-31."""
Answers = dict[str, Answer]
"""By the question's id."""


class Question(BaseModel):
    """Something to be asked; the answer is kept with the attempt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id = Field(description="unique in the script")
    label: Label
    type: Literal["text", "choice", "many", "number", "date"] = "text"
    options: tuple[Label, ...] = Field(
        default=(), max_length=100, description="of a choice (one of them) or many (any of them)"
    )
    required: bool = Field(
        default=False, description="must be answered, if its step was come to and a person talked"
    )


class When(BaseModel):
    """A condition: the question was answered so; of many options: with this one among them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: Id
    is_: str = Field(alias="is", max_length=256)


class Next(BaseModel):
    """Where a step leads. The first whose condition holds is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    when: When | None = Field(default=None, description="unset: always")
    go: Id = Field(description="id of a step")


class Step(BaseModel):
    """What is shown at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id = Field(description="unique in the script")
    title: str = Field(default="", max_length=128)
    text: str = Field(
        default="",
        max_length=MOST_TEXT,
        description="plain text; {{name}}, {{agent}}, {{field.company}} … are filled in",
    )
    questions: tuple[Question, ...] = Field(default=(), max_length=MOST_QUESTIONS)
    next: tuple[Next, ...] = Field(
        default=(), max_length=50, description="none, or none that holds: the script ends here"
    )


class ScriptContent(BaseModel):
    """A script without its name and version."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: Id = Field(description="id of the step it begins with")
    steps: tuple[Step, ...] = Field(min_length=1, max_length=MOST_STEPS)

    def step(self, step_id: str) -> Step | None:
        """The step with this id, if there is one."""
        return next((step for step in self.steps if step.id == step_id), None)

    def question(self, question_id: str) -> Question | None:
        """The question with this id, if there is one."""
        questions = (question for step in self.steps for question in step.questions)
        return next((question for question in questions if question.id == question_id), None)


class Script(ScriptContent):
    """A script with its name; each change makes a new version, and the old ones are kept."""

    id: int
    name: str
    version: int = Field(description="1 is the first")
