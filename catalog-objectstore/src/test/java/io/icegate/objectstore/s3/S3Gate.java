package io.icegate.objectstore.s3;

/**
 * Decides who may do what.
 */
@FunctionalInterface
public interface S3Gate
{
    /**
     * @param accessKeyId that signed the request; empty when nobody did
     * @param key the prefix of a listing; of a request for many, asked for each
     * @return false to refuse the request with 403
     */
    boolean allows(String accessKeyId, S3Operation operation, String bucket, String key);
}
