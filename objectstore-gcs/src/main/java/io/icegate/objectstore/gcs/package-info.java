/**
 * Google Cloud Storage as an object store. {@link io.icegate.objectstore.gcs.GcsObjectStore} fulfils the port over the JSON
 * API, and over the XML API where that says more; {@link io.icegate.objectstore.gcs.GcsStoreOpener} is found for the
 * locations {@code gs://…}. Only credentials come from a library of Google. This package imports the port, Jackson and
 * Google's authentication library.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.objectstore.gcs;
