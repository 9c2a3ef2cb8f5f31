package io.icegate.objectstore.s3;

/**
 * The requests that {@link StrictS3Server} knows.
 */
public enum S3Operation
{
    LIST_BUCKETS,
    CREATE_BUCKET,
    HEAD_BUCKET,
    DELETE_BUCKET,
    BUCKET_LOCATION,
    LIST,
    GET,
    HEAD,
    PUT,
    COPY,
    DELETE,
    DELETE_MANY,
    CREATE_UPLOAD,
    UPLOAD_PART,
    COMPLETE_UPLOAD,
    ABORT_UPLOAD,
    LIST_UPLOADS,
    LIST_PARTS,
}
