using K8sLb.Kubernetes.Json;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes.Tests.Client;

public sealed class EntityTypesTests
{
    [Fact]
    public void A_type_of_one_s_own_is_added_to_the_built_in_ones()
    {
        var types = EntityTypes.BuiltIn.With(EntityType.From<Widget>(WidgetJson.Default));

        var widget = types.Get<Widget>();
        widget.Group.ShouldBe("example.org");
        widget.Version.ShouldBe("v1alpha1");
        widget.Plural.ShouldBe("widgets");
        types.Get<V1Pod>().Plural.ShouldBe("pods");
    }

    [Fact]
    public void A_type_that_was_not_registered_is_named_with_what_to_do() =>
        Should
            .Throw<InvalidOperationException>(() => EntityTypes.BuiltIn.Get<Widget>())
            .Message.ShouldContain("EntityTypes.BuiltIn.With(EntityType.From<Widget>(context))");

    [Fact]
    public void A_context_without_the_type_is_named() =>
        Should
            .Throw<InvalidOperationException>(() => EntityType.From<Widget>(KubernetesJson.Default))
            .Message.ShouldStartWith("KubernetesJson lacks");

    [Fact]
    public void A_type_without_the_attribute_is_named() =>
        Should
            .Throw<InvalidOperationException>(() => EntityType.From<Nameless>(KubernetesJson.Default))
            .Message.ShouldEndWith("has no [KubernetesEntity] attribute");

    internal sealed record Nameless : IKubernetesObject<V1ObjectMeta>
    {
        public string ApiVersion { get; set; } = "";
        public string Kind { get; set; } = "";
        public V1ObjectMeta Metadata { get; set; } = new();
    }
}
