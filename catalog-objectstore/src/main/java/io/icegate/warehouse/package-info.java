/**
 * Opens warehouses by their location. {@link io.icegate.warehouse.Warehouses} knows the adapters of all stores and the one
 * spelling of each location; those of clouds other than AWS are found through {@link io.icegate.warehouse.StoreOpener}. It lies outside the port, so that port and adapters depend in one direction only. This package
 * imports the port and its adapters.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.warehouse;
