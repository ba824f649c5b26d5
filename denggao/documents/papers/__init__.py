"""Papers for people: 诊断报告, 一企一策, 三清单, 完不完得成, as Word and PDF.

``paper`` says what a paper is; ``diagnosis``, ``plan``, ``lists`` and ``forecast`` each make one
from what was judged; ``word`` and ``pdf`` print it. Nothing here decides anything again.
"""
