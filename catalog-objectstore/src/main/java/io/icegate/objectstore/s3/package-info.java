@org.jspecify.annotations.NullMarked
package io.icegate.objectstore.s3;
