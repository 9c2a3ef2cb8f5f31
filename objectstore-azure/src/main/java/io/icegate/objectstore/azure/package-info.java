/**
 * Azure Blob Storage as an object store. {@link io.icegate.objectstore.azure.AzureObjectStore} fulfils the port with Azure's
 * client on the HTTP client of the JDK; {@link io.icegate.objectstore.azure.AzureStoreOpener} is found for the locations
 * {@code abfss://…}. This package imports the port and Azure's libraries.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.objectstore.azure;
