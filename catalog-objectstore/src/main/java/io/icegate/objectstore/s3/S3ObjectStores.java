package io.icegate.objectstore.s3;

import io.icegate.objectstore.ObjectStore;

import java.util.Map;

/**
 * The door to S3 for code that must load without the AWS SDK.
 */
public final class S3ObjectStores
{
    private S3ObjectStores() {}

    public static ObjectStore open(String bucket, String prefix, Map<String, String> properties)
    {
        throw new UnsupportedOperationException("Cannot open s3://%s/%s: not supported yet".formatted(bucket, prefix));
    }
}
