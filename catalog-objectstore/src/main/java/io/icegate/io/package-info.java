/**
 * Iceberg's FileIO on the port, for the data and metadata files of tables. {@link io.icegate.io.ObjectStoreFileIO} serves
 * locations inside the warehouse by its store, and others by stores of their own. It streams uploads through temporary
 * files and reads ahead in ranges. This package imports the port and Iceberg.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.io;
