"""Who answered: a person, a machine, a menu or nobody. `AnswerDetector` says so as a call runs."""
