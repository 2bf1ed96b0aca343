namespace K8sLb.LocalCluster.Images;

/// <summary>Where packages come from, as /etc/os-release names it: debian 12.</summary>
public sealed record Distribution(string Id, string Version)
{
    private const string File = "/etc/os-release";

    public static Distribution OfThisMachine() => Parse(System.IO.File.ReadAllLines(File));

    public static Distribution Parse(IEnumerable<string> lines)
    {
        var values = lines
            .Select(line => line.Split('=', 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim().Trim('"', '\''));
        // Releases that are still being made have no number.
        return new Distribution(
            values.GetValueOrDefault("ID", "debian"),
            values.GetValueOrDefault("VERSION_ID") ?? values.GetValueOrDefault("VERSION_CODENAME", "unknown")
        );
    }
}
