using System.Text.RegularExpressions;

namespace K8sLb.Demo;

/// <summary>A file of manifests/ with its ${NAME}s filled in.</summary>
internal static partial class Manifest
{
    /// <exception cref="KeyNotFoundException">The file names something that <paramref name="values"/> lacks.</exception>
    public static async Task<string> ReadAsync(string file, IReadOnlyDictionary<string, string> values)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "manifests", file));
        return Placeholder()
            .Replace(
                text,
                match =>
                    values.TryGetValue(match.Groups[1].Value, out var value)
                        ? value
                        : throw new KeyNotFoundException($"{file}: no value for {match.Value}")
            );
    }

    [GeneratedRegex(@"\$\{([A-Z_]+)\}")]
    private static partial Regex Placeholder();
}
