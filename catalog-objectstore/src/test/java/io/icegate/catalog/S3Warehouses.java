package io.icegate.catalog;

import io.icegate.objectstore.s3.StrictS3Server;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * Warehouses on one S3 server for all tests of a class; no test finds what another one left.
 */
public final class S3Warehouses
        implements AfterAllCallback,
                   BeforeAllCallback,
                   BeforeEachCallback
{
    private static final String BUCKET = "lake";

    private @Nullable StrictS3Server server;
    private @Nullable String prefix;

    @Override
    public void beforeAll(ExtensionContext context)
    {
        StrictS3Server started = StrictS3Server.start();
        server = started;
        started.createBucket(BUCKET);
    }

    @Override
    public void beforeEach(ExtensionContext context)
    {
        prefix = UUID.randomUUID().toString();
    }

    @Override
    public void afterAll(ExtensionContext context)
    {
        requireNonNull(server, "server is null").close();
    }

    /**
     * Properties of a catalog in the warehouse of that name, the same one within a test.
     */
    public Map<String, String> warehouse(String name)
    {
        Map<String, String> properties = new HashMap<>(requireNonNull(server, "server is null").properties());
        properties.put("warehouse", "s3://%s/%s/%s".formatted(BUCKET, requireNonNull(prefix, "prefix is null"), name));
        return properties;
    }
}
