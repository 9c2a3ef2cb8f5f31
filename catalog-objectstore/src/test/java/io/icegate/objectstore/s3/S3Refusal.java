package io.icegate.objectstore.s3;

import static java.util.Objects.requireNonNull;

/**
 * An answer with an error code.
 */
final class S3Refusal
        extends RuntimeException
{
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    S3Refusal(int status, String code, String message)
    {
        super(message);
        this.status = status;
        this.code = requireNonNull(code, "code is null");
    }

    int status()
    {
        return status;
    }

    String code()
    {
        return code;
    }

    static S3Refusal noSuchBucket(String bucket)
    {
        return new S3Refusal(404, "NoSuchBucket", "The specified bucket does not exist: " + bucket);
    }

    static S3Refusal noSuchKey(String key)
    {
        return new S3Refusal(404, "NoSuchKey", "The specified key does not exist: " + key);
    }

    static S3Refusal noSuchUpload(String id)
    {
        return new S3Refusal(404, "NoSuchUpload", "The specified upload does not exist: " + id);
    }

    static S3Refusal preconditionFailed()
    {
        return new S3Refusal(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
    }

    static S3Refusal invalid(String message)
    {
        return new S3Refusal(400, "InvalidRequest", message);
    }
}
