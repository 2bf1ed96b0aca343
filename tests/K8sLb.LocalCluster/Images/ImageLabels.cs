using System.Globalization;

namespace K8sLb.LocalCluster.Images;

/// <summary>
/// What an image says of itself, in its configuration and its manifest
/// (https://github.com/opencontainers/image-spec/blob/main/annotations.md).
/// </summary>
public sealed record ImageLabels(
    string Title,
    string Description,
    string Version,
    SourceRevision Source,
    Distribution Distribution
)
{
    public const string License = "Apache-2.0";

    private const string Standard = "org.opencontainers.image.";

    /// <summary>When the image counts as made; null where nothing says.</summary>
    public static string? Created(IReadOnlyDictionary<string, string> labels) =>
        labels.GetValueOrDefault($"{Standard}created");

    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public IReadOnlyDictionary<string, string> ToDictionary()
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [$"{Standard}title"] = Title,
            [$"{Standard}description"] = Description,
            [$"{Standard}version"] = Version,
            [$"{Standard}licenses"] = License,
            [$"{Standard}revision"] = Source.Commit,
            // Not base.name: that names an image, and this one is made of the distribution's packages.
            ["io.k8slb.image.distribution"] = $"{Distribution.Id} {Distribution.Version}",
        };
        if (Source.Time is { } time)
        {
            labels[$"{Standard}created"] = Text(time);
        }
        return labels;
    }
}
