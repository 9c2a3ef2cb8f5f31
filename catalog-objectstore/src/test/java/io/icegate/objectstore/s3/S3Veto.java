package io.icegate.objectstore.s3;

import java.util.Optional;

/**
 * Watches over objects that nobody may touch.
 */
@FunctionalInterface
public interface S3Veto
{
    /**
     * Asked before an existing object is deleted or overwritten.
     *
     * @return why that must not happen: the request is refused with 403 and the reason recorded as a violation
     */
    Optional<String> reason(S3Operation operation, String bucket, String key);
}
