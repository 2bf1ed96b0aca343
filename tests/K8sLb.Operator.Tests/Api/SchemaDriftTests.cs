using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Tests.Api;

/// <summary>Compares the CRD with the C# types field by field, through the serialiser that the operator uses.</summary>
public sealed class SchemaDriftTests
{
    private static readonly JsonObject Crd = Yaml.Read(RepositoryFiles.Crd).AsObject();
    private static readonly JsonNode Version = Crd["spec"]!["versions"]![0]!;

    [Fact]
    public void The_schema_and_the_types_say_the_same()
    {
        var differences = new List<string>();

        CompareObject("", Version["schema"]!["openAPIV3Schema"]!, typeof(BackendPool), differences);

        differences.ShouldBeEmpty();
    }

    [Fact]
    public void The_type_knows_where_the_server_serves_it()
    {
        var entity = typeof(BackendPool).GetCustomAttribute<KubernetesEntityAttribute>()!;

        entity.Group.ShouldBe(Crd["spec"]!["group"]!.GetValue<string>());
        entity.ApiVersion.ShouldBe(Version["name"]!.GetValue<string>());
        entity.Kind.ShouldBe(Crd["spec"]!["names"]!["kind"]!.GetValue<string>());
        entity.PluralName.ShouldBe(Crd["spec"]!["names"]!["plural"]!.GetValue<string>());
        Crd["metadata"]!["name"]!.GetValue<string>().ShouldBe($"{entity.PluralName}.{entity.Group}");
    }

    [Fact]
    public void Every_field_of_the_spec_is_described()
    {
        var undescribed = new List<string>();
        Visit("spec", Version["schema"]!["openAPIV3Schema"]!["properties"]!["spec"]!);
        undescribed.ShouldBeEmpty();

        void Visit(string path, JsonNode schema)
        {
            foreach (var (name, property) in Properties(schema))
            {
                if (property["description"] is null)
                {
                    undescribed.Add($"{path}.{name}");
                }
                Visit($"{path}.{name}", property["items"] ?? property);
            }
        }
    }

    [Fact]
    public void The_list_of_endpoints_has_the_bound_that_the_operator_keeps()
    {
        var status = Version["schema"]!["openAPIV3Schema"]!["properties"]!["status"]!;
        status["properties"]!["endpoints"]!["maxItems"]!
            .GetValue<int>()
            .ShouldBe(Operator.Status.StatusBuilder.MaxEndpoints);
    }

    private static void CompareObject(string path, JsonNode schema, Type type, List<string> differences)
    {
        var info = ApiJson.Default.GetTypeInfo(type)!;
        var fields = Properties(schema).ToDictionary();
        var required = schema["required"]?.AsArray().Select(r => r!.GetValue<string>()).ToHashSet() ?? [];
        var members = info.Properties.ToDictionary(p => p.Name);
        differences.AddRange(fields.Keys.Except(members.Keys).Select(f => $"{path}.{f}: only in the schema"));
        differences.AddRange(members.Keys.Except(fields.Keys).Select(f => $"{path}.{f}: only in {type.Name}"));
        var fresh = Activator.CreateInstance(type)!;
        foreach (var (name, field) in fields.Where(f => members.ContainsKey(f.Key)))
        {
            var at = $"{path}.{name}";
            // Every object has these; the server knows them by itself.
            if (at is ".metadata" or ".apiVersion" or ".kind")
            {
                continue;
            }
            var member = members[name];
            // metav1.Condition is the client library's, which knows nothing of schemas.
            if (type != typeof(V1Condition))
            {
                Note(at, "required", required.Contains(name), Attribute<RequiredAttribute>(member) is not null);
                Note(at, "enum", Enum(field), Enum(member));
                Note(at, "default", field["default"]?.ToJsonString(), Default(member, fresh));
            }
            CompareType(at, field, member.PropertyType, differences);
        }

        void Note<T>(string at, string what, T inSchema, T inType)
        {
            if (!Equals(inSchema, inType))
            {
                differences.Add($"{at}: {what} is '{inSchema}' in the schema, '{inType}' in {type.Name}");
            }
        }
    }

    private static void CompareType(string path, JsonNode field, Type type, List<string> differences)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var expected = TypeOf(field);
        var actual =
            type == typeof(IntOrString) ? "int-or-string"
            : type == typeof(string) || type.IsEnum ? "string"
            : type == typeof(int) ? "integer/int32"
            : type == typeof(long) ? "integer/int64"
            : type == typeof(bool) ? "boolean"
            : type == typeof(DateTimeOffset) ? "string/date-time"
            : type == typeof(IDictionary<string, string>) ? "map"
            : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) ? "array"
            : "object";
        if (expected != actual)
        {
            differences.Add($"{path}: is {expected} in the schema, {actual} ({type.Name}) in the type");
        }
        else if (actual == "object")
        {
            CompareObject(path, field, type, differences);
        }
        else if (actual == "array")
        {
            var (items, element) = (field["items"]!, type.GetGenericArguments()[0]);
            CompareType($"{path}[]", items, element, differences);
        }
    }

    private static string TypeOf(JsonNode field)
    {
        if (field["x-kubernetes-int-or-string"] is not null)
        {
            return "int-or-string";
        }
        var type = field["type"]!.GetValue<string>();
        var format = field["format"]?.GetValue<string>();
        return type == "object" && field["additionalProperties"] is not null ? "map"
            : format is null ? type
            : $"{type}/{format}";
    }

    private static IEnumerable<KeyValuePair<string, JsonNode>> Properties(JsonNode schema) =>
        schema["properties"]?.AsObject().Select(p => KeyValuePair.Create(p.Key, p.Value!)) ?? [];

    private static string Enum(JsonNode field) =>
        string.Join(",", (field["enum"]?.AsArray() ?? []).Select(v => v!.GetValue<string>()));

    private static string Enum(JsonPropertyInfo member) =>
        member.PropertyType.IsEnum
            ? string.Join(",", System.Enum.GetNames(member.PropertyType))
            : string.Join(",", Attribute<AllowedValuesAttribute>(member)?.Values ?? []);

    /// <summary>An initial value is a default where the field may be left out.</summary>
    private static string? Default(JsonPropertyInfo member, object fresh)
    {
        if (Attribute<RequiredAttribute>(member) is not null || member.Get!(fresh) is not { } value)
        {
            return null;
        }
        var json = JsonSerializer.SerializeToNode(value, ApiJson.Default.GetTypeInfo(value.GetType())!)!;
        // An object's default is {}: its own fields bring theirs.
        return json is JsonObject ? "{}" : json.ToJsonString();
    }

    private static T? Attribute<T>(JsonPropertyInfo member)
        where T : Attribute =>
        member.AttributeProvider!.GetCustomAttributes(typeof(T), true).Cast<T>().SingleOrDefault();
}
