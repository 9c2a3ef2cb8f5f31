/**
 * The store on S3 and on servers that speak its protocol. {@link io.icegate.objectstore.s3.S3ObjectStore} sends conditional
 * writes once and reports doubt as unknown; {@link io.icegate.objectstore.s3.S3Properties} reads the settings. The AWS SDK
 * is optional on the class path: nothing outside this package names its classes.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.objectstore.s3;
