namespace K8sLb.LocalCluster.Images;

/// <param name="Sha256">Of the .deb file, in lower-case hex; null where apt-get names no such hash.</param>
public sealed record DebianPackage(string Name, string Version, string Architecture, string? Sha256)
{
    private const string HashPrefix = "SHA256:";

    /// <summary>Reads what `apt-get download --print-uris` says: 'URL' NAME_VERSION_ARCHITECTURE.deb SIZE SHA256:HASH.</summary>
    public static IReadOnlyList<DebianPackage> Parse(string origins) =>
        [
            .. origins
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words.Length >= 3 && words[0].StartsWith('\''))
                .Select(words => Of(words[1], words.ElementAtOrDefault(3)))
                .OrderBy(package => package.Name, StringComparer.Ordinal),
        ];

    private static DebianPackage Of(string file, string? hash)
    {
        var parts = Path.GetFileNameWithoutExtension(file).Split('_');
        return new DebianPackage(
            parts[0],
            // An epoch's colon cannot be part of a file name everywhere, so apt-get writes it as %3a.
            Uri.UnescapeDataString(parts[1]),
            parts[2],
            hash?.StartsWith(HashPrefix, StringComparison.Ordinal) == true
                ? hash[HashPrefix.Length..].ToLowerInvariant()
                : null
        );
    }
}
