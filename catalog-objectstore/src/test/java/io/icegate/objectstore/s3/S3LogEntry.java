package io.icegate.objectstore.s3;

import java.util.Optional;

import static java.util.Objects.requireNonNull;

/**
 * One request that reached {@link StrictS3Server}.
 *
 * @param key empty for requests about a bucket; the prefix of a listing
 * @param range as the client sent it
 * @param status of the answer; 0 when the connection was cut
 */
public record S3LogEntry(S3Operation operation, String bucket, String key, boolean conditional, Optional<String> range, Optional<S3Fault> fault, int status)
{
    public S3LogEntry
    {
        requireNonNull(operation, "operation is null");
        requireNonNull(bucket, "bucket is null");
        requireNonNull(key, "key is null");
        requireNonNull(range, "range is null");
        requireNonNull(fault, "fault is null");
    }
}
