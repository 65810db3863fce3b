"""Where Scrapy finds the spiders: one class for each source file that comes with Healthwire."""

from spiders.source import load_sources
from spiders.spider import spider_class

_SPIDERS = [spider_class(source) for source in load_sources().values()]
for spider in _SPIDERS:
    spider.__module__ = __name__  # Scrapy takes only spiders that say they are of the module it looks in
globals().update({spider.__name__: spider for spider in _SPIDERS})
del spider
