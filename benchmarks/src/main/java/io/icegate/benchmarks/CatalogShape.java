package io.icegate.benchmarks;

/**
 * How many catalogs commit, each as a process of its own would, and with how many threads.
 */
record CatalogShape(int catalogs, int threads)
{
    CatalogShape
    {
        if (catalogs < 1 || threads < 1) {
            throw new IllegalArgumentException("Cannot use %s catalogs with %s threads: at least one of each is needed".formatted(catalogs, threads));
        }
    }

    /**
     * Reads a text as {@code 8x8}.
     */
    static CatalogShape parse(String text)
    {
        String[] parts = text.split("x", -1);
        try {
            if (parts.length == 2) {
                return new CatalogShape(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
            }
        }
        catch (NumberFormatException _) {
            // is said below
        }
        throw new IllegalArgumentException("'%s' is not catalogs x threads, as in 8x8".formatted(text));
    }

    /**
     * Threads of all catalogs.
     */
    int all()
    {
        return catalogs * threads;
    }

    @Override
    public String toString()
    {
        return catalogs + "x" + threads;
    }
}
