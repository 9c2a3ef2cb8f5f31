/**
 * Iceberg's REST protocol over an {@code ObjectStoreCatalog}. {@link io.icegate.rest.protocol.CatalogServlet} admits a request, finds its
 * {@code Route} and answers; the handlers stand in {@code NamespaceRoutes}, {@code TableRoutes} and {@code ViewRoutes} and leave the work to
 * Iceberg's {@code CatalogHandlers}. Nothing is kept between requests. It may import the catalog and {@code io.icegate.server}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.rest.protocol;
