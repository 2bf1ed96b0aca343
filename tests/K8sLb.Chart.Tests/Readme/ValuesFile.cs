namespace K8sLb.Chart.Tests.Readme;

/// <summary>
/// Reads values.yaml with its comments, which YAML parsers drop. It knows the form that the file is kept in: two spaces a level, a comment
/// in the lines above its key, lists and maps that are values in one line.
/// </summary>
internal static class ValuesFile
{
    private const int Indent = 2;

    /// <returns>Every value, in the file's order.</returns>
    /// <exception cref="FormatException">A line has another form.</exception>
    public static IReadOnlyList<ChartValue> Read(string text)
    {
        var values = new List<ChartValue>();
        var path = new List<string>();
        var comment = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            var content = line.Trim();
            if (content.Length == 0)
            {
                comment.Clear();
            }
            else if (content[0] == '#')
            {
                comment.Add(content[1..].Trim());
            }
            else
            {
                var colon = content.IndexOf(':', StringComparison.Ordinal);
                var depth = (line.Length - line.TrimStart().Length) / Indent;
                if (colon < 1 || depth > path.Count)
                {
                    throw new FormatException(
                        $"values.yaml: \"{line}\": must be a comment or a key, two spaces deeper than its parent"
                    );
                }
                path.RemoveRange(depth, path.Count - depth);
                path.Add(content[..colon]);
                if (content[(colon + 1)..].Trim() is { Length: > 0 } value)
                {
                    values.Add(new ChartValue(string.Join('.', path), value, string.Join(' ', comment)));
                }
                comment.Clear();
            }
        }
        return values;
    }
}
