using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace K8sLb.Kubernetes;

/// <summary>One kubeconfig file, or several merged.</summary>
internal sealed record KubeConfigFile(
    ConfigField CurrentContext,
    IReadOnlyDictionary<string, ConfigField> Contexts,
    IReadOnlyDictionary<string, ConfigField> Clusters,
    IReadOnlyDictionary<string, ConfigField> Users
)
{
    /// <exception cref="KubernetesConfigException">The file cannot be read or is no kubeconfig.</exception>
    public static KubeConfigFile Read(string path)
    {
        var root = new ConfigField(path, "", Parse(path));
        var kind = root["kind"];
        if (kind.Text is not (null or "Config"))
        {
            throw kind.Error($"is '{kind.Text}'; it must be Config");
        }
        return new KubeConfigFile(
            root["current-context"],
            Entries(root["contexts"], "context"),
            Entries(root["clusters"], "cluster"),
            Entries(root["users"], "user")
        );
    }

    /// <summary>As kubectl does: the first file that sets current-context or defines a name wins, whole entries at a time.</summary>
    public static KubeConfigFile Merge(IReadOnlyList<KubeConfigFile> files) =>
        new(
            files.Select(f => f.CurrentContext).FirstOrDefault(c => c.Exists) ?? files[0].CurrentContext,
            First(files.SelectMany(f => f.Contexts)),
            First(files.SelectMany(f => f.Clusters)),
            First(files.SelectMany(f => f.Users))
        );

    private static YamlNode? Parse(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            var yaml = new YamlStream();
            yaml.Load(reader);
            return yaml.Documents.Count == 0 ? null : yaml.Documents[0].RootNode;
        }
        catch (YamlException e)
        {
            throw new KubernetesConfigException($"{path}:{e.Start.Line}: not YAML: {e.Message}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's own words for some unfinished texts.
            throw new KubernetesConfigException($"{path}: not YAML: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesConfigException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    private static Dictionary<string, ConfigField> Entries(ConfigField list, string content) =>
        First(list.NamedEntries().Select(e => KeyValuePair.Create(e.Name, e.Entry[content])));

    private static Dictionary<string, ConfigField> First(IEnumerable<KeyValuePair<string, ConfigField>> entries)
    {
        var first = new Dictionary<string, ConfigField>();
        foreach (var (name, entry) in entries)
        {
            first.TryAdd(name, entry);
        }
        return first;
    }
}
