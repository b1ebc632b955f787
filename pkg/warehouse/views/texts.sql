SELECT notice_id, source, url, synthetic, publisher, title, published, body
FROM text_rows FINAL
