"""Scrapy's settings. What a source says for itself (pace, TLS, cookies, headers) is added by its spider."""

import os

BOT_NAME = "healthwire"
SPIDER_MODULES = ["spiders.roster"]

# ── Ours ───────────────────────────────────────────────────────────────────────────────────────────────────
# `scrapy crawl` takes these from the same variables as `healthwire`, else an archive or a replica that is named there
# would be left aside in silence; `healthwire.toml` is read by `healthwire` alone.
HEALTHWIRE_DATABASE_URL = os.environ.get("HEALTHWIRE_DATABASE_URL", "sqlite:///healthwire-data/healthwire.db")
HEALTHWIRE_CONTACT = os.environ.get("HEALTHWIRE_CONTACT", "")  # an address or page of yours, told to the sites
HEALTHWIRE_REPLICA = os.environ.get("HEALTHWIRE_REPLICA")  # base URL of a local replica that every request is sent to
HEALTHWIRE_HELD = False  # whether who starts the visit holds the source already; `scrapy crawl` does not
HEALTHWIRE_PRIVATE_HOSTS: list[str] = []  # hosts of sources that may be on a private network

# ── Manners ────────────────────────────────────────────────────────────────────────────────────────────────
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "Healthwire"
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_MAX_DELAY = 60.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
CONCURRENT_REQUESTS = 2  # all hosts of a source together; those waiting for their turn delay a stop
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 2.0
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.5",
}
COOKIES_ENABLED = False
REFERER_ENABLED = False

# ── Bounds ─────────────────────────────────────────────────────────────────────────────────────────────────
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 10_000_000  # also of what a body unpacks to
DOWNLOAD_WARNSIZE = 0
DNS_TIMEOUT = 15
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
RETRY_TIMES = 2
RETRY_HTTP_CODES = [429, 500, 502, 503, 504, 522, 524]
RETRY_EXCEPTIONS = [  # a name that does not resolve, or a refused connection, is left to the next visit
    "scrapy.exceptions.DownloadTimeoutError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
]
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # said as the visit's problem
HTTPERROR_ALLOW_ALL = True  # every answer is a fact to record
CLOSESPIDER_TIMEOUT = 1200

# ── Doors kept shut ────────────────────────────────────────────────────────────────────────────────────────
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
HTTPPROXY_ENABLED = False  # the guard looks at what a host resolves to; through a proxy it could not
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_HANDLERS = {
    "http": "spiders.download.tls.Transport",
    "https": "spiders.download.tls.Transport",
    "file": None,
    "ftp": None,
    "s3": None,
    "data": None,
}
TWISTED_DNS_RESOLVER = "spiders.download.guard.GuardedResolver"

# ── Ours in Scrapy's places ────────────────────────────────────────────────────────────────────────────────
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "spiders.download.guard.Guard": 40,
    "spiders.download.politeness.Robots": 100,
    "spiders.download.revalidation.Revalidation": 450,
    "spiders.download.politeness.Retry": 550,
    "spiders.download.politeness.Redirect": 600,
}
EXTENSIONS = {
    "scrapy.extensions.throttle.AutoThrottle": None,
    "spiders.download.politeness.CrawlDelay": 0,
    "spiders.download.politeness.Throttle": 0,
}
ITEM_PIPELINES = {"spiders.download.capture_pipeline.Sink": 100}

LOG_LEVEL = "INFO"
