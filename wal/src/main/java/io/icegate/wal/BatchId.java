package io.icegate.wal;

/**
 * XXH3-128 of one request (tenant, signal, header, body) with the seed of the warehouse: recognises a repeated request.
 */
public record BatchId(long high, long low) {}
