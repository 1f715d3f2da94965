// Walks a list whose last link leads nowhere.

#include <cstdio>

namespace shapes {

template <typename Value>
struct Node {
  Value value;
  Node* next;
};

template <typename Value>
Value Sum(const Node<Value>* node) {
  if (node == nullptr) {
    return Value();
  }
  return node->value + Sum(node->next);
}

}  // namespace shapes

int main() {
  shapes::Node<int> last{3, reinterpret_cast<shapes::Node<int>*>(8)};
  shapes::Node<int> first{1, &last};
  std::printf("%d\n", shapes::Sum(&first));
}
