"""What a language model thinks of answers, for what no arithmetic tells. A judge is asked several times and its spread
told with its mean; no gate listens to it.

Reading order: `questions` (what a judge is asked, and how its reply is read), `judge` (every answer judged).
"""
