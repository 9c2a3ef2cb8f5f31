package io.icegate.benchmarks;

import io.icegate.standalone.console.CommandException;

import java.time.Duration;

/**
 * A client that sends requests to a receiver. Safe for use by many threads.
 */
interface ExportClient
        extends AutoCloseable
{
    Duration REQUEST_LIMIT = Duration.ofSeconds(15);

    /**
     * False when the request is to be sent again.
     *
     * @throws CommandException when it is refused for good
     */
    boolean export(byte[] request)
            throws InterruptedException;

    @Override
    void close();
}
