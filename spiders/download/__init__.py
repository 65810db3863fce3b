"""How requests are made and answers kept: Scrapy's middlewares, extensions and item pipeline."""
