"""Capture → Document: what a page says, its furniture left out. Pure.

`read.read` is the door. The steps of a page of HTML, in their order:

    repair        bytes → text, characters as their author meant them
    blocks        the page as a row of text blocks in boxes
    layouts       a known family's places, where the page has them
    boilerplate   what is article and what is site (element_names, phrases, press_marks say what names and words mean)
    headline, dating, byline    of what the page tells people and machines (metadata)
    rejection     what is no article at all

A text dump, a page that lost its tags before it reached us, takes a way of its own (textdump).
"""
