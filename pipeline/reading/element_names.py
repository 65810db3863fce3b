"""What the names of an element (class, id, role …) say of it (pure).

Names are hearsay: `boilerplate` decides how far they are believed. A name is taken apart into its words
(`relatedPosts_box2` is related, posts, box); single words, two in a row, and beginnings of words are looked up.
"""

import re
from functools import lru_cache
from itertools import pairwise


class Meaning:
    """What a name says, as bits of an int (an enum is too slow here)."""

    NONE = 0
    FURNITURE = 1  # navigation, sharing, advertisement, related stories, newsletters …
    COMMENTS = 2
    META = 4  # byline, date, reading time: belongs to the article but not to its text
    CAPTION = 8
    BODY = 16
    LEAD = 32
    HIDDEN = 64
    TITLE = 128
    HEARSAY = 256  # a word that furniture likes and articles use as well: player, gate, promo …
    SCRAPS = 512  # a word that is furniture only where no sentence stands: tags, button, card …


# One word, or several that stand together (written as one: `readmore` is also `read-more` and `readMore`).
_WORDS: dict[int, str] = {
    Meaning.FURNITURE: """
        share shares sharing sharer sharedaddy sharebar sharethis addthis addtoany social socials socialbar
        socialmedia sociallinks socialicons socialshare related relates relatebox signup ad ads adv advs advert
        adslot adunit adbox adwrapper adcontainer adblock banner banners breadcrumb breadcrumbs crumb crumbs
        sidebar sidebars footer footers nav navs navbar navigation subnav menu menus megamenu dropdown cookie
        cookies consent gdpr popup popups popover popovers modal modals lightbox outbrain taboola mgid zergnet
        mostread mostpopular mostviewed mostrecent trending readmore readnext readalso seemore seealso seenext
        viewmore viewalso viewnext morefrom morestories morenews morearticles moreposts moreon morein morelike
        morecoverage morelinks morereading moretopics pagination paginator pager paging pagelinks pagenav postnav
        postnavigation toolbar poll polls login upnext nextup nextpost nextarticle nextprev nextstory prevpost
        prevarticle prevnext prevstory previouspost previousarticle ticker marquee apppromo appdownload appbanner
        tinlienquan tinkhac tinmoi tinxemthem tindocnhieu xemthem docnhieu lienquan cungchuyenmuc bailienquan
        baikhac othernews otherstories otherarticles otherposts otherlinks latestnews lateststories latestposts
        latestarticles recentpost recentposts recentnews recentarticles recentstories alsolike alsoread youmay
        widgetarea trc dfp gpt adsense adsbygoogle leaderboard skyscraper mpu calltoaction trackback trackbacks
        whatsapp telegram relatedonenews videostream masthead topbar mobilemenu mobilenav siteheader sitefooter
        sitenav siteinfo pagefooter colophon quicklinks loadmore infinitescroll preloader sronly visuallyhidden
        skiplink skipto skipnav languageswitch languageswitcher languageselector languagemenu samecate authorbio
        authorbox authorinfo authorcard authorprofile authorabout authordescription authordetails authorblock bio
        shortbio biography abouttheauthor aboutauthor
    """,
    Meaning.HEARSAY: """
        overlay overlays register registration account paywall regwall player audio listen podcastplayer
        podcastpromo toc tableofcontents jumplink jumplinks search copyright legal disclaimer feedback survey
        follow followus carousel slider slideshow swiper contactform contactus downloadapp contributor
        contributors similar suggest suggested suggestion suggestions rightcol leftcol rightrail leftrail
        rightcolumn leftcolumn rightside leftside rail cta backlink instagramfollow sitemap hashtag hashtags
        disclosure membership premiumpromo premiumbanner premiumbox gate piano metered offer offers shop
        productcard productlist productbox deal deals privacy terms noticebar alertbar announcement bottombar
        archivelist feedlist loader spinner skeleton tooltip tooltips promo promos teaser teasers inset embedbox
        printheader printfooter printonly
    """,
    Meaning.SCRAPS: """
        tag tags taglist taglinks tagcloud keyword keywords topic topics topiclist rating ratings star stars vote
        votes form forms button buttons btn btns permalink facebook twitter linkedin pinterest rss linklist
        linkbox links listing print quiz utility tool tools widget widgets more card cards trend
    """,
    Meaning.COMMENTS: "comment comments disqus livefyre respond replies discussion fbcomment fbcomments binhluan ykien",
    Meaning.META: """
        byline bylines author authors authorname postmeta postinfo postdate postauthor entrymeta entrydate
        entryfooter articlemeta articleinfo articledate articleauthor date dates datetime timestamp time pubdate
        updated dateline metadate publicationdate publicationtime postedon postedby readtime readingtime
        timetoread meta metadata metainfo category categories catlinks kicker eyebrow rubric source writer
        reporter contributor contributors credits vcard storymeta storyinfo
    """,
    Meaning.CAPTION: """
        caption captions figcaption wpcaption imagecaption imagecredit imagedesc imagedescription imagetext
        imagesource imageinfo imagecopyright photocaption photocredit photodesc photodescription photosource
        photoinfo picturecaption picturecredit imgcaption imgdesc imgcredit mediacaption mediacredit
        mediadescription figurecaption credit photographer tplcaption pcaption
    """,
    Meaning.BODY: """
        articlebody articlecontent articletext articlecopy articlemain articledetail articleentry articlepage
        postbody postcontent posttext entrybody entrycontent entrytext storybody storycontent storytext newsbody
        newscontent newstext newsarticle blogbody blogcontent blogtext blogarticle pagebody pagecontent pagetext
        mainbody maincontent maintext mainarticle detailbody detailcontent detailtext singlebody singlecontent
        singlearticle itembody itemcontent itemtext bodycontent bodytext bodycopy nodebody nodecontent contentbody
        contenttext contentarticle contentdetail richtext hentry entry afcbc fckdetail
    """,
    Meaning.LEAD: """
        sapo lead lede standfirst deck dek subtitle subhead subheadline subheading subhed strapline chapeau intro
        ingress introduction articledesc articledescription articlesummary articlelead articleintro articleexcerpt
        articledek summary excerpt abstract cmsdesc description
    """,
    Meaning.TITLE: """
        articletitle articleheadline articleheading articleheader posttitle postheadline entrytitle entryheader
        storytitle storyheadline pagetitle pageheading newstitle newsheadline detailtitle maintitle mainheadline
        headline title cmstitle
    """,
}
_BEGINNINGS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (
        Meaning.FURNITURE,
        (
            "recommend",
            "recirc",
            "newsletter",
            "subscri",
            "sponsor",
            "advert",
            "popular",
            "kbwscwl",
            "screenreader",
            "relatedp",
            "relateda",
            "relatedc",
            "relatedn",
            "relateds",
        ),
    ),
    (Meaning.HEARSAY, ("donat", "affiliate")),
    (Meaning.COMMENTS, ("comment", "fbcomment")),
    (Meaning.META, ("byline", "publish")),
)
_LOOKUP: dict[str, int] = {}
for _meaning, _listed in _WORDS.items():
    for _one in _listed.split():
        _LOOKUP[_one] = _LOOKUP.get(_one, 0) | _meaning

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_APART = re.compile(r"[^a-z0-9]+")
_LONGEST = 400  # characters of names that are looked at
_MOST = 40  # words
_DIGITS = "0123456789"
# `social-media-embed` and the like show a post inside the article.
_EMBEDDED = re.compile(r"social-(?:media-)?embed|twitter-tweet|embed-(?:twitter|social)")


@lru_cache(maxsize=16384)
def meaning_of(names: str) -> int:
    """What the names of an element say (bits of `Meaning`); remembered, because a site repeats its names."""
    hint = 0
    for name in names[:_LONGEST].split()[:_MOST]:
        hint |= _name(name)
    return hint


@lru_cache(maxsize=32768)
def _name(name: str) -> int:
    if name.isalpha() and name.islower():
        return _word(name)
    if not name.islower():
        name = _HUMP.sub("-", name).lower()
    plain = name.replace("_", "-")
    # Nearly all names are letters, digits and bars: splitting at bars is faster than the pattern and the same.
    parts = plain.split("-") if _is_plain(plain) else _APART.split(name)
    hint = 0
    last = before = ""
    for part in parts[:_MOST]:
        word = part.rstrip(_DIGITS)
        if len(word) < 2:
            continue
        hint |= _word(word)
        if last:
            hint |= _LOOKUP.get(last + word, 0)
            if before:
                hint |= _LOOKUP.get(before + last + word, 0)
        before, last = last, word
    if hint & Meaning.FURNITURE and hint & Meaning.BODY and _is_of_entry(parts):
        hint &= ~Meaning.BODY  # `entry-author-bio`, `hentry-share`: the entry's, and not its text
    if hint & (Meaning.FURNITURE | Meaning.SCRAPS) and _EMBEDDED.search(name):
        hint &= ~(Meaning.FURNITURE | Meaning.SCRAPS)
    return hint


def _is_of_entry(parts: list[str]) -> bool:
    """Whether nothing but the word `entry` speaks for a body."""
    words = [part.rstrip(_DIGITS) for part in parts[:_MOST]]
    wholes = (*words, *map("".join, pairwise(words)))
    return all(word in ("entry", "hentry") or not _LOOKUP.get(word, 0) & Meaning.BODY for word in wholes)


def _is_plain(name: str) -> bool:
    return len(name) < _MOST and name.isascii() and name.replace("-", "").isalnum()


@lru_cache(maxsize=32768)
def _word(word: str) -> int:
    hint = _LOOKUP.get(word, 0)
    if word.startswith(_ANY_BEGINNING):
        for meaning, beginnings in _BEGINNINGS:
            if word.startswith(beginnings):
                hint |= meaning
    if word.endswith(("caption", "captions")):
        hint |= Meaning.CAPTION
    return hint


_ANY_BEGINNING = tuple(beginning for _, beginnings in _BEGINNINGS for beginning in beginnings)
