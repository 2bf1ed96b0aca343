using System.Globalization;

namespace K8sLb.Kubernetes.Models;

/// <summary>What /version says.</summary>
public sealed record ServerVersion
{
    public string? Major { get; set; }

    /// <summary>Some distributions add a plus.</summary>
    public string? Minor { get; set; }
    public string? GitVersion { get; set; }

    /// <returns>False also where it cannot be told.</returns>
    public bool IsAtLeast(int major, int minor) =>
        Number(Major) is { } ours
        && (ours > major || (ours == major && Number(Minor?.TrimEnd('+')) is { } own && own >= minor));

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
